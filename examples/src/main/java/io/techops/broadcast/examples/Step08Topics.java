package io.techops.broadcast.examples;

import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;

/**
 * Step 8, topics: every path below {@code /topics/} is a hub of its own, which begins when a peer connects and goes
 * when it has been idle for five minutes. In {@code news} the messages of peers are ignored: there only the host
 * publishes, each line that is typed.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step08Topics</pre>
 */
public final class Step08Topics {

    private Step08Topics() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        Topics topics = Topics.builder()
                .maxTopics(10_000) // a further one is refused with 503
                .idleTimeout(Duration.ofMinutes(5))
                .recipe((topic, hub) -> hub
                        .retention(Retention.of(256, 1 << 20))
                        .policy(topic.equals("news")
                                ? MessagePolicy.nothing()
                                : MessagePolicy.textOnly()))
                .build();
        BroadcastServer server = BroadcastServer.builder()
                .topics(topics) // closed with the server
                .path("/topics/{topic}")
                .port(Start.port(arguments, 0))
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
        new BufferedReader(new InputStreamReader(System.in)).lines().forEach(topics.hub("news")::broadcast);
    }
}
