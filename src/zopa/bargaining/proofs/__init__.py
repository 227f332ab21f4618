"""Certificates of answers, and the verifiers that believe nothing that a file says."""
