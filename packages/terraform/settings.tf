# Written by `python -m ops.docs.stage_inputs` from chalicelib/settings.py.
variable "settings" {
  description = "Settings of the application, as in docs/configuration.md; the others have defaults."
  type = object({
    AUTH_MODE                = optional(string) # how callers authenticate; see docs/securing.md
    MAX_UPLOAD_BYTES         = optional(number) # the largest original, in bytes
    MAX_PIXELS               = optional(number) # the most pixels in one image; see docs/limits.md
    MAX_FRAMES               = optional(number) # the most frames in one animation
    MAX_ANIMATION_PIXELS     = optional(number) # the most changed pixels, in all frames and sizes
    ALLOW_RAW                = optional(bool)   # read cameras' raw files by their previews; see docs/limits.md
    SMART_CROP               = optional(string) # how focal points are suggested; see docs/smart-crop.md
    KEEP_CREDITS             = optional(bool)   # keep creator and copyright notice in every rendition
    KEEP_AI_LABELS           = optional(bool)   # mark renditions of pictures that are declared as AI-generated
    WEBHOOK_URL              = optional(string) # https:// URL that receives signed requests for events; empty for none
    SWEEP_GRACE_SECONDS      = optional(number) # age at which unfinished work counts as lost
    SWEEP_REST_SECONDS       = optional(number) # pause between scans of buckets and failed images
    ORPHAN_SECONDS           = optional(number) # how long replaced renditions stay for pages that show them
    LOG_LEVEL                = optional(string) # lowest level that is logged
    DEFAULT_VISIBILITY       = optional(string) # of images whose tickets name none
    PRIVATE_URL_SECONDS      = optional(number) # how long the signed URLs of private images work
    MAX_SIZES                = optional(number) # the most sizes on demand of one image
    UPLOAD_EXPIRY_SECONDS    = optional(number) # lifetime of a ticket
    MULTIPART_EXPIRY_SECONDS = optional(number) # lifetime of an upload in parts, which can be resumed
    JWT_ISSUER               = optional(string) # exactly as in the tokens' iss claim
    JWT_AUDIENCE             = optional(string) # what the tokens' aud claim must contain
    JWT_ALGORITHMS           = optional(string) # accepted signing algorithms; asymmetric only
    JWT_JWKS_URL             = optional(string) # key set URL, if not the one in the issuer's discovery document
    JWT_LEEWAY_SECONDS       = optional(number) # how much clocks may differ
    JWT_SCOPE_CLAIM          = optional(string) # claim with the scopes: a string of words or a list
    JWT_SCOPE_PREFIX         = optional(string) # prefix of upload, read, delete and admin, such as darkroom:
    JWT_DEFAULT_SCOPES       = optional(string) # scopes that every token of the issuer has; never admin
    TICKETS_PER_MINUTE       = optional(number) # most tickets per owner in a minute; 0 for no limit
    PENDING_TICKETS          = optional(number) # most unused tickets per owner; 0 for no limit
    BYTES_PER_DAY            = optional(number) # most upload bytes per owner in a day; 0 for no limit
    PROCESSINGS_PER_MINUTE   = optional(number) # most requests to process per owner in a minute
    PROCESSINGS_PER_DAY      = optional(number) # most requests to process per owner in a day
  })
  default = {}

  validation {
    condition     = contains(["jwt", "none", "token"], coalesce(var.settings.AUTH_MODE, "jwt"))
    error_message = "AUTH_MODE may be jwt, none, token."
  }
  validation {
    condition     = contains(["faces", "off", "saliency"], coalesce(var.settings.SMART_CROP, "faces"))
    error_message = "SMART_CROP may be faces, off, saliency."
  }
  validation {
    condition     = contains(["DEBUG", "ERROR", "INFO", "WARNING"], coalesce(var.settings.LOG_LEVEL, "DEBUG"))
    error_message = "LOG_LEVEL may be DEBUG, ERROR, INFO, WARNING."
  }
  validation {
    condition     = contains(["private", "public"], coalesce(var.settings.DEFAULT_VISIBILITY, "private"))
    error_message = "DEFAULT_VISIBILITY may be private, public."
  }
}
