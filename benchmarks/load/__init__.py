"""Measures thousands of uploads while workers are killed, and estimates limits on AWS."""
