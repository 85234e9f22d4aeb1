package io.techops.broadcast;

/**
 * Says that a hub does not take a peer now, or that a topic cannot begin, and why. An adapter that catches it tells the
 * client, and has {@code AdapterHub.refused} count it.
 */
public final class RefusedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /** Why; part of the serialized form, and so of the documentation. */
    private final RefusalCause refusalCause;

    /**
     * Makes one.
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
