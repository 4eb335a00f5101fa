# A stage of Darkroom as one CloudFormation stack: the template of the release is made of those that
# `make deploy` uses, so that both create the same.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  in_s3    = startswith(var.artifact, "s3://")
  uploads  = local.in_s3 ? {} : local.files
  released = local.in_s3 ? "" : try(jsondecode(file("${var.artifact}/stage.json")).Metadata.Darkroom.Version, "")
  files = {
    CodeKey   = "deployment.zip"
    LayerKey  = "layer-deployment.zip"
    SetupKey  = "setup.zip"
    StageFile = "stage.json"
  }
  tags = merge(var.tags, { Project = "darkroom", Stage = var.stage })

  # With its checksum in its key, a file that has changed is another object, and CloudFormation deploys it.
  keys = {
    for name, file in local.files : name => (
      local.in_s3
      ? join("/", compact([join("/", slice(local.place, 1, length(local.place))), file]))
      : "darkroom/${substr(filesha256("${var.artifact}/${file}"), 0, 16)}/${file}"
    )
  }
  place  = split("/", trimsuffix(trimprefix(var.artifact, "s3://"), "/"))
  makes  = !local.in_s3 && var.artifact_bucket == null
  bucket = local.in_s3 ? local.place[0] : local.makes ? aws_s3_bucket.artifacts[0].id : var.artifact_bucket

  # Parameters of the template; those that are null have its defaults.
  given = {
    Stage             = var.stage
    ArtifactBucket    = local.bucket
    CodeKey           = local.keys.CodeKey
    LayerKey          = local.keys.LayerKey
    SetupKey          = local.keys.SetupKey
    AllowedOrigins    = join(",", var.allowed_origins)
    DomainName        = var.domain_name
    CertificateArn    = var.certificate_arn
    AlarmEmail        = var.alarm_email
    MonthlyBudget     = var.monthly_budget
    UseKmsKey         = var.use_kms_key
    ExistingKeyArn    = var.existing_key_arn
    FormerKeyArns     = join(",", var.former_key_arns)
    UseWaf            = var.use_waf
    WebAclArn         = var.web_acl_arn
    PriceClass        = var.price_class
    AccessLogBucket   = var.access_log_bucket
    OldVersionDays    = var.old_version_days
    EventTargetArn    = var.event_target_arn
    RequestsPerSecond = var.requests_per_second
    Burst             = var.burst
    LogDays           = var.log_days
    SweepConcurrency  = var.sweep_concurrency
    SigningSlots      = var.signing_slots
    AllowAnybody      = var.allow_anybody
  }
  # MAX_UPLOAD_BYTES -> MaxUploadBytes
  settings = {
    for name, value in var.settings :
    join("", [for word in split("_", lower(name)) : title(word)]) => value
  }
  parameters = {
    for name, value in merge(local.settings, local.given) : name => tostring(value) if value != null
  }
}

# Releases only: another can be uploaded again.
resource "aws_s3_bucket" "artifacts" {
  count         = local.makes ? 1 : 0
  bucket        = "darkroom-${var.stage}-artifacts-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.region}"
  force_destroy = true
  tags          = local.tags
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  count                   = local.makes ? 1 : 0
  bucket                  = aws_s3_bucket.artifacts[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_object" "artifact" {
  for_each = local.uploads
  bucket   = local.bucket
  key      = local.keys[each.key]
  source   = "${var.artifact}/${each.value}"
  tags     = local.tags

  # An update that fails goes back to the former files.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "stage" {
  name         = "darkroom-${var.stage}"
  template_url = "https://${local.bucket}.s3.${data.aws_region.current.region}.${data.aws_partition.current.dns_suffix}/${local.keys.StageFile}"
  parameters   = local.parameters
  capabilities = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
  tags         = local.tags

  depends_on = [aws_s3_object.artifact]

  # CloudFront takes most of it.
  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}
