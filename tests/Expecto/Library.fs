module internal Expecto.Library
