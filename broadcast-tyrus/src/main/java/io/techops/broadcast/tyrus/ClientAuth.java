package io.techops.broadcast.tyrus;

/** Whether clients have to say with a TLS certificate who they are. */
public enum ClientAuth {

    /** They are not asked. */
    NONE,

    /** They are asked, and may connect without one. */
    WANT,

    /** They are asked, and cannot connect without one. */
    NEED
}
