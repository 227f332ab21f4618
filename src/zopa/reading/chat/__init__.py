"""How an endpoint is talked to: what is asked, how it is sent, how its reply is understood."""
