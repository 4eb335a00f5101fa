"""The local stack's processes: started, watched and stopped."""
