"""Tests of the `playbook` command."""
