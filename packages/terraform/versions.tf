terraform {
  required_version = ">= 1.5.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.20.0, < 7.0.0"
    }
  }
}

locals {
  module_version = "0.1.0"
}

# One version for everything that is released together.
check "artifact" {
  assert {
    condition     = local.in_s3 || local.released == local.module_version
    error_message = "The module has version ${local.module_version}, and the artifact has another."
  }
}
