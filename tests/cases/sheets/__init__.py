"""What a sheet shows is what is read, whoever wrote the workbook."""
