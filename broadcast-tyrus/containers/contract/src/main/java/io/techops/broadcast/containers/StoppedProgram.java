package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.time.Duration;

/** A container in its own process. Broadcasts each line of its input a number of times; ends with its input. */
final class StoppedProgram {

    /** How often it broadcasts what it is told, and how much each time: more than a socket takes. */
    static final int TIMES = 400;
    static final int SIZE = 32_000;

    private StoppedProgram() {
    }

    /** {@return the text of a broadcast} */
    static String text(int number) {
        return number + "x".repeat(SIZE);
    }

    /** Starts the container whose class is named, and the hub with the heartbeat and the limits given. */
    public static void main(String[] arguments) throws Exception {
        Duration limits = Duration.parse(arguments[2]);
        BroadcastHub hub = BroadcastHub.builder().heartbeat(Duration.parse(arguments[1]))
                .pongTimeout(limits).stallTimeout(limits)
                .retention(Retention.of(4_096, 64 << 20)).listener(new HubListener() {
                    @Override
                    public void registered(Peer peer) {
                        System.out.println("peer " + peer.id());
                    }

                    @Override
                    public void unregistered(Peer peer, CloseReason reason) {
                        System.out.println("gone " + peer.id() + " " + reason);
                    }
                }).build();
        ServedHub.serve(hub, Topics.create());
        Constructor<?> made =
                Class.forName(arguments[0]).getDeclaredConstructor(DeploymentStyle.class, BroadcastHub.class,
                        int.class);
        made.setAccessible(true);
        Container container = (Container) made.newInstance(DeploymentStyle.CONFIGURED, hub, Container.MANY_THREADS);
        System.out.println("listens " + container.uri());
        broadcastWhenTold(hub);
        System.exit(0);
    }

    private static void broadcastWhenTold(BroadcastHub hub) throws IOException {
        while (System.in.read() >= 0) {
            for (int i = 0; i < TIMES; i++) {
                hub.broadcast(text(i));
            }
            System.out.println("broadcast");
        }
    }
}
