package io.techops.broadcast;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.function.UnaryOperator;

/** Hubs whose messages have keys, and their peers. */
abstract class KeyedHub {

    static HubRig keeping(Retention retention, UnaryOperator<BroadcastHub.Builder> settings) {
        return new HubRig(hub -> settings.apply(hub.retention(retention)));
    }

    static HubRig conflating(Retention retention) {
        return keeping(retention, hub -> hub.conflate(true));
    }

    static Retention of(int messages) {
        return Retention.of(messages, 64 << 20);
    }

    /** The key is what is before the digit; none if there is no digit. */
    static void broadcast(HubRig rig, String... texts) {
        for (String text : texts) {
            BroadcastOptions options = BroadcastOptions.everyone();
            rig.hub().broadcast(Message.text(text), text.matches("[a-z]+\\d+.*")
                    ? options.key(text.replaceAll("\\d.*", "")) : options);
            rig.run();
        }
    }

    static FakeTransport join(HubRig rig, Replay replay) {
        FakeTransport transport = rig.join(new FakeTransport().knowingPositions().replaying(replay));
        rig.run();
        return transport;
    }

    /** A peer that has taken one message, "first", and no more. */
    static FakeTransport stalled(HubRig rig) {
        FakeTransport slow = rig.join(new FakeTransport().knowingPositions()).stallAfter(1);
        broadcast(rig, "first");
        return slow;
    }

    static StreamEvent.Gap gap(FakeTransport transport) {
        return (StreamEvent.Gap) transport.events().get(1);
    }
}
