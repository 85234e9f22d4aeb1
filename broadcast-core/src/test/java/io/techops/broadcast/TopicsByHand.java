package io.techops.broadcast;

import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Topics that a test drives by hand, with virtual time: there may be three, and they idleTimeout for a minute. */
abstract class TopicsByHand {

    final ManualExecutor executor = new ManualExecutor();
    final VirtualTimer timer = new VirtualTimer();
    final Map<String, RecordingListener> recorded = new HashMap<>();
    final List<String> prepared = new ArrayList<>();
    final Topics topics = topics(settings -> settings.idleTimeout(Duration.ofSeconds(60)).maxTopics(3));

    Topics topics(UnaryOperator<Topics.Builder> settings) {
        return settings.apply(Topics.builder().executor(executor).timer(timer).recipe((topic, hub) -> {
            prepared.add(topic);
            RecordingListener listener = recorded.computeIfAbsent(topic, name -> new RecordingListener());
            hub.heartbeat(Duration.ZERO).retention(Retention.of(8, 1 << 20))
                    .listener(listener).messageListener(listener);
        })).build();
    }

    FakeTransport join(String topic) {
        return new FakeTransport().answerClose().register(topics.hub(topic));
    }

    void leave(FakeTransport peer) {
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        executor.runAll();
    }

    void pass(long seconds) {
        executor.runAll();
        timer.pass(Duration.ofSeconds(seconds));
        executor.runAll();
    }
}
