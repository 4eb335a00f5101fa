"""The socket of the local AWS: opened by the supervisor, inherited by each server process."""

LISTENING = "DARKROOM_AWS_SOCKET"  # variable with the socket's file descriptor number
