package io.techops.broadcast;

/**
 * Thrown if a hub does not take a peer now, or a topic cannot be created. An adapter that catches it answers the client
 * accordingly, and calls {@code AdapterHub.refused}, which counts the refusal.
 */
public final class RefusedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /** The cause. Part of the serialized form. */
    private final RefusalCause refusalCause;

    /**
     * Makes an exception.
     *
     * @param refusalCause why
     * @param message a sentence for the log
     */
    public RefusedException(RefusalCause refusalCause, String message) {
        super(message);
        this.refusalCause = refusalCause;
    }

    /**
     * {@return why: {@link RefusalCause#CLOSED}, {@link RefusalCause#LISTENER}, {@link RefusalCause#BACKPLANE} or
     * {@link RefusalCause#TOPICS}}
     */
    public RefusalCause refusalCause() {
        return refusalCause;
    }
}
