"""Sessions: logged in here, and until when."""
