"""What the documents, texts and the source say of the portal, held against it."""
