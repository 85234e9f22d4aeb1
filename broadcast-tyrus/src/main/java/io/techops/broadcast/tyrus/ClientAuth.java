package io.techops.broadcast.tyrus;

/** Whether clients authenticate with a TLS certificate. */
public enum ClientAuth {

    /** Clients are not asked for a certificate. */
    NONE,

    /** Clients are asked for a certificate, and may connect without one. */
    WANT,

    /** Clients are asked for a certificate, and cannot connect without one. */
    NEED
}
