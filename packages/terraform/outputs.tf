output "page_url" {
  description = "The page's address."
  value       = aws_cloudformation_stack.stage.outputs["PageUrl"]
}

output "api_url" {
  description = "The API's address."
  value       = aws_cloudformation_stack.stage.outputs["ApiUrl"]
}

output "images_url" {
  description = "The base address of renditions."
  value       = aws_cloudformation_stack.stage.outputs["ImagesUrl"]
}

output "uploads_bucket" {
  description = "The bucket of originals."
  value       = aws_cloudformation_stack.stage.outputs["UploadsBucket"]
}

output "images_bucket" {
  description = "The bucket of renditions."
  value       = aws_cloudformation_stack.stage.outputs["ImagesBucket"]
}

output "site_bucket" {
  description = "The bucket of the page."
  value       = aws_cloudformation_stack.stage.outputs["SiteBucket"]
}

output "images_table" {
  description = "The table of image records."
  value       = aws_cloudformation_stack.stage.outputs["ImagesTable"]
}

output "event_bus" {
  description = "The EventBridge bus of image events."
  value       = aws_cloudformation_stack.stage.outputs["EventBus"]
}

output "distribution_id" {
  description = "The CloudFront distribution."
  value       = aws_cloudformation_stack.stage.outputs["DistributionId"]
}

output "distribution_domain" {
  description = "The target of domain_name's alias or CNAME record."
  value       = aws_cloudformation_stack.stage.outputs["DistributionDomain"]
}

output "alarm_topic_arn" {
  description = "The SNS topic of all alarms."
  value       = aws_cloudformation_stack.stage.outputs["AlarmTopicArn"]
}

output "version" {
  description = "The version of Darkroom that the stage has."
  value       = aws_cloudformation_stack.stage.outputs["Version"]
}
