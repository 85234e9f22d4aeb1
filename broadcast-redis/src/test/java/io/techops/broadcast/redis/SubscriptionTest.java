package io.techops.broadcast.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisURI;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a log is told over one connection after the other. */
@Timeout(120)
class SubscriptionTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CHANNEL = "broadcast:{prices}:live";

    private RedisProcess redis;
    private LettuceClient client;
    private Servers servers;
    private RedisLog log;

    @BeforeEach
    void start() {
        redis = RedisProcess.start(Binary.JAR);
        client = new LettuceClient(LIMIT, null);
        Settings settings = new Settings(List.of(RedisURI.create(redis.uri())), false, "broadcast", 10, 1_024,
                Duration.ofHours(1), Duration.ofHours(1), LIMIT, Duration.ofHours(1));
        servers = new Servers(client.client(), settings, client.timer());
        servers.start();
        log = new RedisLog(servers, settings, "prices", () -> { });
        servers.add(log);
    }

    @AfterEach
    void stop() {
        client.close(servers.close());
        redis.close();
    }

    private SharedPage read(Position after) {
        return log.read(after, 10, 1_024).toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Waits until the end of the log is known without a question to the server. */
    private void awaitKnown(Position end) {
        await().atMost(LIMIT).ignoreExceptions().until(() -> { // while there is no connection
            String before = scripts();
            return read(end).records().isEmpty() && scripts().equals(before);
        });
    }

    /** {@return how often the server has run a script} */
    private String scripts() {
        return redis.command("INFO", "commandstats").lines().filter(line -> line.startsWith("cmdstat_eval"))
                .map(line -> line.substring(0, line.indexOf(','))).collect(Collectors.joining(" "));
    }

    /** {@return the connections that are subscribed to the log's channel, one after the other} */
    private BlockingQueue<Session> connections() {
        BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
        servers.of(0).follow(new Session.Follower() {
            @Override
            public String channel() {
                return CHANNEL;
            }

            @Override
            public void subscribed(Session over) {
                sessions.add(over);
            }

            @Override
            public void pushed(Session over, byte[] push) {
                // The log is told too.
            }

            @Override
            public void disconnected() {
                // As above.
            }
        });
        return sessions;
    }

    @Test
    void theLastWordsOfAConnectionThatWasLostChangeNothing() throws Exception {
        Session.Follower told = servers.of(0).followersOf(CHANNEL).get(0);
        BlockingQueue<Session> connections = connections();
        Session lost = connections.take();
        String epoch = read(null).last().epoch();
        Position end = log.append(epoch, "me", 1, List.of(SharedRecord.of(Message.text("one"), null, null)))
                .toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        awaitKnown(end);
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        Session now = lost;
        while (now == lost) {
            now = connections.take();
        }
        awaitKnown(end);
        told.pushed(lost, RecordFormat.bytes(epoch + " 7 1 me 7 2\n\u0001x"));
        told.subscribed(lost);
        told.disconnected();
        awaitKnown(end);
    }
}
