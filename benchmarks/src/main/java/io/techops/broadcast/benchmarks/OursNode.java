package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.redis.RedisBackplane;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** This library, with its defaults, as one of the nodes that share a Redis server. */
final class OursNode implements RelayServer {

    private final String redis;
    private final boolean topics;

    /**
     * @param redis the server's URI
     * @param topics whether every path below {@code /topics/} is a topic, in place of one hub
     */
    OursNode(String redis, boolean topics) {
        this.redis = redis;
        this.topics = topics;
    }

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        // Many virtual machines start at the same time.
        RedisBackplane backplane = RedisBackplane.builder().uri(redis).timeout(Duration.ofSeconds(15)).connect();
        BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0);
        if (topics) {
            builder.path("/topics/{topic}").topics(Topics.builder()
                    .recipe((topic, hub) -> hub.backplane(backplane)).build());
        } else {
            builder.hub(BroadcastHub.builder().backplane(backplane).backplaneLog("relay").build());
        }
        return builder.start().port();
    }
}
