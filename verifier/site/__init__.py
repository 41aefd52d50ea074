"""The public pages: look-up, upload, the QR landing page and the result, in two languages."""
