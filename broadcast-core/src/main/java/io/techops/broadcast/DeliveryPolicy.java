package io.techops.broadcast;

/**
 * Which peers receive what a peer sent. The policy does not apply to what the host application broadcasts (see {@link
 * BroadcastOptions#except}).
 *
 * <pre>{@code
 * BroadcastHub.builder().delivery(DeliveryPolicy.everyoneButSender())
 * }</pre>
 *
 * <p>Immutable.
 */
public final class DeliveryPolicy {

    private static final DeliveryPolicy EVERYONE = new DeliveryPolicy("everyone");
    private static final DeliveryPolicy EVERYONE_BUT_SENDER = new DeliveryPolicy("everyone but the sender");

    private final String name;

    private DeliveryPolicy(String name) {
        this.name = name;
    }

    /** {@return the policy that delivers to every peer, the sender included} */
    public static DeliveryPolicy everyone() {
        return EVERYONE;
    }

    /** {@return the policy that delivers to every peer but the sender} */
    public static DeliveryPolicy everyoneButSender() {
        return EVERYONE_BUT_SENDER;
    }

    /** {@return whether the sender does not get its own message} */
    public boolean excludesSender() {
        return this == EVERYONE_BUT_SENDER;
    }

    @Override
    public String toString() {
        return name;
    }
}
