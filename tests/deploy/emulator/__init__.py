"""AWS for the tests of deploying: moto, taught what it lacks. It runs as a process of its own."""
