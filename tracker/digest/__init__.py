"""What people and programs get to see of a change: JSON, terminal, page. Pure: values in, text out."""
