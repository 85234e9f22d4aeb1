package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy is told beside the message. */
class PolicyContextTest {

    private static final AttributeKey<Long> LAST = AttributeKey.of("last", Long.class);

    private final List<PolicyContext> told = new ArrayList<>();

    private MessagePolicy.Verdict note(PolicyContext context, Message message) {
        told.add(context);
        return MessagePolicy.Verdict.relay(message);
    }

    @Test
    void isThePeerThatSentItAndNoTopicIfThereAreNone() {
        HubRig rig = new HubRig(builder -> builder.policy(this::note));
        rig.join();
        FakeTransport sender = rig.join();
        sender.send("hello");
        assertThat(told).singleElement().satisfies(context -> {
            assertThat(context.peer()).isSameAs(sender.peer());
            assertThat(context.topic()).isNull();
        });
    }

    @Test
    void isTheTopicWhoseHubThePeerIsRegisteredWith() {
        ManualExecutor executor = new ManualExecutor();
        Topics topics = Topics.builder().executor(executor).timer(new VirtualTimer())
                .recipe((topic, hub) -> hub.name("a hub of " + topic).policy(MessagePolicy.textOnly()
                        .andThen(this::note)))
                .build();
        new FakeTransport().register(topics.hub("news")).send("an election");
        new FakeTransport().register(topics.hub("sport")).send("a goal");
        assertThat(told).extracting(PolicyContext::topic).containsExactly("news", "sport");
    }

    @Test
    void isTheTimeOfTheHubByWhichAPolicyCanCountPerPeer() {
        HubRig rig = new HubRig(builder -> builder.policy((context, message) -> {
            Long last = context.peer().attributes().get(LAST);
            context.peer().attributes().set(LAST, context.nanoTime());
            return last == null || context.nanoTime() - last >= Duration.ofSeconds(1).toNanos()
                    ? MessagePolicy.Verdict.relay(message)
                    : MessagePolicy.Verdict.ignore();
        }).heartbeat(Duration.ZERO));
        FakeTransport peer = rig.join();
        FakeTransport other = rig.join();
        peer.send("1");
        peer.send("too soon");
        other.send("2");
        rig.pass(Duration.ofMillis(1_000));
        peer.send("3");
        rig.run();
        assertThat(other.texts()).containsExactly("1", "2", "3");
    }
}
