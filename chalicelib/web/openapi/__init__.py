"""The OpenAPI document, generated from the request and response types."""
