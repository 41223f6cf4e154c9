"""What people see of their money: payments, earnings, receipts and invoices."""
