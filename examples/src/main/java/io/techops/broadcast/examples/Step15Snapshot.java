package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Step 15, the current state first: a board of points that the host keeps. Each line that is typed is a team, which
 * gains a point; all peers get its points, as {@code team=points}. A peer that connects later gets the whole board as
 * its first message, one team on each line, and every change after that.
 *
 * <p>The state is changed before the change is broadcast, so that nothing can be missing from what a peer gets. A
 * change that comes while a peer connects may be in its board already and be delivered once more; that does no harm,
 * because a line has the number of points, not the increase.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step15Snapshot</pre>
 */
public final class Step15Snapshot {

    private Step15Snapshot() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        Map<String, Integer> points = new ConcurrentHashMap<>();
        BroadcastHub hub = BroadcastHub.builder()
                .policy(MessagePolicy.nothing())
                .snapshot((peer, after) -> List.of(Message.text(points.entrySet().stream()
                        .map(Map.Entry::toString) // team=points
                        .collect(Collectors.joining("\n", "board\n", "")))))
                .build();
        BroadcastServer server = BroadcastServer.builder().hub(hub).port(Start.port(arguments, 0)).start()
                .closeOnExit();
        System.out.println("Listening on " + server.uri());
        new BufferedReader(new InputStreamReader(System.in)).lines().forEach(team ->
                hub.broadcast(team + "=" + points.merge(team, 1, Integer::sum)));
    }
}
