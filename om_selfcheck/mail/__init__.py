"""Mails: one function a message in `messages`, its words in templates/email, and the ways out in `transport`."""
