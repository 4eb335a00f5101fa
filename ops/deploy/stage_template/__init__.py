"""One CloudFormation template for a whole stage, made of those that `make deploy` uses."""
