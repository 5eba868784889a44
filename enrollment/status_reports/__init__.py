"""学籍验证报告: issuing, printing, signing and verifying."""
