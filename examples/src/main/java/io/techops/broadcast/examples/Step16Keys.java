package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;

/**
 * Step 16, the newest message of each key: quotes. Each line that is typed is a name and a price, such as {@code EURUSD
 * 1.0841}. A peer that connects to {@code ws://localhost:5000/?replay=latest} gets the newest quote of every name
 * first, without any code of the host; a slow peer gets only the newest quotes, not all that it has missed; and a quote
 * that is older than an hour is no longer delivered.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step16Keys</pre>
 */
public final class Step16Keys {

    private Step16Keys() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastHub hub = BroadcastHub.builder()
                .policy(MessagePolicy.nothing())
                .conflate(true)
                .build();
        BroadcastServer server = BroadcastServer.builder()
                .hub(hub)
                .replayLimits(ReplayLimits.standard().replayLatest(true))
                .port(Start.port(arguments, 0))
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
        new BufferedReader(new InputStreamReader(System.in)).lines().forEach(quote ->
                hub.broadcast(Message.text(quote), BroadcastOptions.everyone()
                        .key(quote.split(" ", 2)[0])
                        .timeToLive(Duration.ofHours(1))));
    }
}
