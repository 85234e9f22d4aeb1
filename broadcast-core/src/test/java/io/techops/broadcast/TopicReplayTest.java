package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The past of a topic is that of its present life. */
class TopicReplayTest extends TopicsByHand {

    private FakeTransport join(String topic, Replay replay) {
        FakeTransport peer = new FakeTransport().knowingPositions().replaying(replay).answerClose()
                .register(topics.hub(topic));
        executor.runAll();
        return peer;
    }

    private Position publish(String topic, String text) {
        Position position = topics.hub(topic).publish(Message.text(text), BroadcastOptions.everyone())
                .toCompletableFuture().join();
        executor.runAll();
        return position;
    }

    @Test
    void aPositionOfAnEarlierLifeIsOfAnotherEpoch() {
        FakeTransport first = join("news", Replay.none());
        Position old = publish("news", "old");
        leave(first);
        pass(61);
        assertThat(topics.names()).isEmpty();
        publish("news", "new");
        FakeTransport back = join("news", Replay.after(old).orElse(Replay.last(5)));
        assertThat(back.texts()).containsExactly("new");
        assertThat(((StreamEvent.Open) back.events().get(0)).isRecovered()).isFalse();
        assertThat(((StreamEvent.Gap) back.events().get(1)).reason()).isEqualTo(GapReason.EPOCH);
        assertThat(back.positions()).allMatch(position -> !position.hasEpochOf(old));
    }

    @Test
    void aPeerGoesOnWithinALife() {
        FakeTransport first = join("news", Replay.none());
        Position one = publish("news", "one");
        leave(first);
        pass(30);
        publish("news", "two");
        FakeTransport back = join("news", Replay.after(one));
        assertThat(back.texts()).containsExactly("two");
        assertThat(((StreamEvent.Open) back.events().get(0)).isRecovered()).isTrue();
        assertThat(topics.hub("news").stats().resumes()).isOne();
    }

    @Test
    void noTwoTopicsHaveAnEpochInCommon() {
        assertThat(publish("news", "a").hasEpochOf(publish("sport", "a"))).isFalse();
    }

    @Test
    void aRecipeMayLetATopicConflate() {
        Topics conflating = Topics.builder().executor(executor).timer(timer).recipe((topic, hub) ->
                hub.conflate(topic.equals("rates")).heartbeat(Duration.ZERO)).build();
        FakeTransport rates = new FakeTransport().stallAfter(1).register(conflating.hub("rates"));
        FakeTransport chat = new FakeTransport().stallAfter(1).register(conflating.hub("chat"));
        for (int i = 0; i < 4; i++) {
            for (String topic : new String[] {"rates", "chat"}) {
                conflating.hub(topic).broadcast(Message.text(topic + i), BroadcastOptions.everyone().key("k"));
            }
            executor.runAll();
        }
        rates.becomeWritable();
        chat.becomeWritable();
        executor.runAll();
        assertThat(rates.texts()).containsExactly("rates0", "rates3");
        assertThat(chat.texts()).hasSize(4);
    }
}
