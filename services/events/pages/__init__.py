"""Pages for screens and printers: plain HTML, nothing from elsewhere, everything that people wrote escaped."""
