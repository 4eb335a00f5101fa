"""The whole product on one machine: real servers, and an event loop as Lambda's."""
