"""Paper: receipts, tax invoices and evidence as PDF."""
