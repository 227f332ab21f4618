"""Files, web pages and mails as normalised text."""
