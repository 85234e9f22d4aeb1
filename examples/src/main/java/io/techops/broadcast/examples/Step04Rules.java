package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.MessagePolicy.Verdict;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PolicyContext;
import io.techops.broadcast.Retention;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * Step 4, a hub with its own rules: a policy decides about every message that a peer sends, a listener is told when
 * peers come and go, and the sender of a message does not get it back.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step04Rules</pre>
 */
public final class Step04Rules {

    private Step04Rules() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastHub hub = BroadcastHub.builder()
                .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(1_000))
                        .andThen(MessagePolicy.nonBlocking(Step04Rules::decide)))
                .delivery(DeliveryPolicy.everyoneButSender())
                .retention(Retention.of(10_000, 16 << 20)) // messages and bytes kept for peers that lag
                .overflow(OverflowPolicy.skip()) // a peer that lags by more goes on at the oldest kept message
                .listener(new Reception())
                .build();
        BroadcastServer server = BroadcastServer.builder()
                .hub(hub) // closed with the server
                .port(Start.port(arguments, 0))
                .path("/live")
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
    }

    /** Turns a message in capitals into lower case, ignores empty messages, and closes a peer that says goodbye. */
    private static Verdict decide(PolicyContext context, Message message) {
        String text = ((Message.Text) message).text().strip();
        if (text.equals("goodbye")) {
            return Verdict.close(CloseReason.of(CloseReason.NORMAL, "goodbye"));
        }
        return text.isEmpty() ? Verdict.ignore() : Verdict.relay(Message.text(text.toLowerCase(Locale.ROOT)));
    }

    /** Greets each new peer, and announces which peer has gone and why. */
    private static final class Reception implements HubListener {

        @Override
        public void registered(Peer peer) {
            InetSocketAddress address = peer.attributes().get(PeerAttributes.REMOTE_ADDRESS);
            System.out.println("Peer " + peer.id() + " came from " + address);
            peer.send(Message.text("welcome, you are number " + peer.id()));
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            System.out.println("Peer " + peer.id() + " left with " + reason.code() + " after " + peer.delivered()
                    + " messages");
        }

        @Override
        public void overflowed(Peer peer, long missed) {
            System.out.println("Peer " + peer.id() + " was too slow for " + missed + " messages");
        }
    }
}
