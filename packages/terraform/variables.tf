variable "stage" {
  description = "The stage's name, part of every resource's name: 1 to 12 lower-case letters and digits, a letter first."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,11}$", var.stage)) && var.stage != "local"
    error_message = "stage has 1 to 12 lower-case letters and digits, a letter first; local is reserved."
  }
}

variable "artifact" {
  description = "The folder of a release, or of `make package`: stage.json and its zip files; or where they are in S3, in this region, as s3://bucket/prefix, with another prefix for each release."
  type        = string
  validation {
    condition     = startswith(var.artifact, "s3://") || fileexists("${var.artifact}/stage.json")
    error_message = "artifact is a folder with stage.json, or s3://bucket/prefix."
  }
}

variable "artifact_bucket" {
  description = "Your bucket, in this region, that the files of a folder are uploaded to. Null to create one."
  type        = string
  default     = null
}

variable "allowed_origins" {
  description = "Origins of other pages that may upload, such as https://www.example.com."
  type        = list(string)
  default     = []
}

variable "domain_name" {
  description = "Your own host name for page, images and API."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Its certificate, in ACM in us-east-1."
  type        = string
  default     = null
}

variable "alarm_email" {
  description = "The address that gets the alarms, after confirming with AWS."
  type        = string
  default     = null
}

variable "monthly_budget" {
  description = "Monthly budget in USD for everything tagged Project=darkroom; 0 for none."
  type        = number
  default     = null
}

variable "use_kms_key" {
  description = "Whether a KMS key of yours encrypts uploads, images, table and queues (1 USD a month)."
  type        = bool
  default     = null
}

variable "existing_key_arn" {
  description = "An existing key for use_kms_key."
  type        = string
  default     = null
}

variable "former_key_arns" {
  description = "Keys that encrypted data before; functions may still decrypt with them."
  type        = list(string)
  default     = []
}

variable "use_waf" {
  description = "Whether a firewall is created (about 9 USD a month); in us-east-1 only."
  type        = bool
  default     = null
}

variable "web_acl_arn" {
  description = "Your own firewall for CloudFront, in us-east-1."
  type        = string
  default     = null
}

variable "price_class" {
  description = "Where CloudFront serves from: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = null
}

variable "access_log_bucket" {
  description = "Your own bucket, in this region and with ACLs enabled, for access logs."
  type        = string
  default     = null
}

variable "old_version_days" {
  description = "Days for which an overwritten or deleted original can be restored."
  type        = number
  default     = null
}

variable "event_target_arn" {
  description = "A target for every event of the stage's bus."
  type        = string
  default     = null
}

variable "requests_per_second" {
  description = "Requests a second to the API."
  type        = number
  default     = null
}

variable "burst" {
  description = "Requests to the API at once."
  type        = number
  default     = null
}

variable "log_days" {
  description = "Days for which functions' logs are kept."
  type        = number
  default     = null
}

variable "sweep_concurrency" {
  description = "Executions reserved for the sweep; 0 in an account that cannot reserve any."
  type        = number
  default     = null
}

variable "signing_slots" {
  description = "Which keys sign the URLs of private images: First, FirstAndSecond or Second; to rotate: both, and then the other one."
  type        = string
  default     = null
}

variable "allow_anybody" {
  description = "Whether AUTH_MODE none is allowed: anybody who knows the address may upload and delete."
  type        = bool
  default     = null
}

variable "tags" {
  description = "Tags of all resources, beside Project and Stage."
  type        = map(string)
  default     = {}
}
