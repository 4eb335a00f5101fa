"""What runs in a contender's own process; imports nothing that its environment may lack."""
