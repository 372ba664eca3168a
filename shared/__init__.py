"""What every service leans on. Imports no service and knows no domain."""
