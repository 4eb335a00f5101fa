"""A complete set of settings, for tests that need the application."""

SETTINGS = {
    "UPLOADS_BUCKET": "test-uploads",
    "IMAGES_BUCKET": "test-images",
    "IMAGES_TABLE": "test-images",
    "WORK_QUEUE": "test-work",
    "FAILURES_QUEUE": "test-failures",
    "WEBHOOKS_QUEUE": "test-webhooks",
    "PUBLIC_URL": "https://photos.example/images",
    "API_URL": "https://photos.example/api",
    "ALLOWED_ORIGINS": "https://photos.example, https://shop.example",
    "AUTH_MODE": "none",
    "MAX_UPLOAD_BYTES": "5000000",
}

# For tests that request more tickets than the limits allow.
NO_LIMITS = {
    "TICKETS_PER_MINUTE": "0",
    "PENDING_TICKETS": "0",
    "BYTES_PER_DAY": "0",
    "PROCESSINGS_PER_MINUTE": "0",
    "PROCESSINGS_PER_DAY": "0",
}
