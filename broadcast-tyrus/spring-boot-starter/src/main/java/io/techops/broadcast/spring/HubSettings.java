package io.techops.broadcast.spring;

import io.techops.broadcast.Backplane;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.SnapshotSource;
import io.techops.broadcast.spring.BroadcastProperties.Delivery;
import io.techops.broadcast.spring.BroadcastProperties.Kept;
import io.techops.broadcast.spring.BroadcastProperties.Overflow;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Applies the settings to the builder of a hub: first the properties, then the beans of the application, then its
 * customizers.
 */
final class HubSettings {

    private final BroadcastProperties properties;
    private final ListableBeanFactory beans;
    private final boolean isRedisOff;

    /** @param isRedisOff whether Redis is switched off, as for tests, so that settings of a backplane do not count */
    HubSettings(BroadcastProperties properties, ListableBeanFactory beans, boolean isRedisOff) {
        this.properties = properties;
        this.beans = beans;
        this.isRedisOff = isRedisOff;
    }

    /** Applies the settings that the hub and the hub of each topic have in common. */
    void apply(BroadcastHub.Builder hub) {
        hub.retention(retention(properties.retention()));
        Setting.set("broadcast.overflow", properties.overflow(), overflow -> hub.overflow(overflow == Overflow.SKIP
                ? OverflowPolicy.skip() : OverflowPolicy.disconnect()));
        Setting.set("broadcast.delivery", properties.delivery(), delivery -> hub.delivery(
                delivery == Delivery.EVERYONE ? DeliveryPolicy.everyone() : DeliveryPolicy.everyoneButSender()));
        Setting.set("broadcast.conflate", properties.conflate(), hub::conflate);
        Setting.set("broadcast.stall-timeout", properties.stallTimeout(), hub::stallTimeout);
        Setting.set("broadcast.close-timeout", properties.closeTimeout(), hub::closeTimeout);
        Setting.set("broadcast.flood-grace", properties.floodGrace(), hub::floodGrace);
        Setting.set("broadcast.heartbeat", properties.heartbeat(), hub::heartbeat);
        Setting.set("broadcast.pong-timeout", properties.pongTimeout(), hub::pongTimeout);
        Setting.set("broadcast.drain-spread", properties.drainSpread(), hub::drainSpread);
        if (mayShare()) {
            Setting.set("broadcast.backplane.timeout", properties.backplane().timeout(), hub::backplaneTimeout);
            Setting.set("broadcast.backplane.start-timeout", properties.backplane().startTimeout(),
                    hub::backplaneStartTimeout);
        }
        Setting.set(EndpointProperties.MAX_MESSAGE_BYTES, properties.maxMessageBytes(), size -> hub.policy(
                MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(EndpointProperties.maxMessageBytes(size)))));
        beans.getBeanProvider(Backplane.class).ifAvailable(hub::backplane);
        beans.getBeanProvider(DeliveryPolicy.class).ifAvailable(hub::delivery);
        beans.getBeanProvider(HubListener.class).ifAvailable(hub::listener);
        beans.getBeanProvider(MessageListener.class).ifAvailable(hub::messageListener);
        beans.getBeanProvider(SnapshotSource.class).ifAvailable(hub::snapshot);
        beans.getBeanProvider(MessagePolicy.class).orderedStream().reduce(MessagePolicy::andThen)
                .ifPresent(hub::policy);
        beans.getBeanProvider(HubCustomizer.class).orderedStream().forEach(each -> each.customize(hub));
    }

    private boolean mayShare() {
        return !isRedisOff || beans.getBeanProvider(Backplane.class).getIfAvailable() != null;
    }

    /** {@return the hub, if there are no topics or in addition to them} */
    BroadcastHub hub() {
        BroadcastHub.Builder hub = BroadcastHub.builder();
        Setting.set("broadcast.name", properties.name(), hub::name);
        Setting.set("broadcast.shards", properties.shards(), hub::shards);
        if (mayShare()) {
            Setting.set("broadcast.backplane.log", properties.backplane().log(), hub::backplaneLog);
        }
        apply(hub);
        return hub.build();
    }

    private static Retention retention(Kept kept) {
        AtomicReference<Retention> retention = new AtomicReference<>(Retention.standard());
        Setting.set("broadcast.retention.messages", kept.messages(),
                messages -> retention.updateAndGet(of -> of.messages(messages)));
        Setting.set("broadcast.retention.bytes", kept.bytes(),
                bytes -> retention.updateAndGet(of -> of.bytes(bytes.toBytes())));
        Setting.set("broadcast.retention.age", kept.age(), age -> retention.updateAndGet(of -> of.age(age)));
        Setting.set("broadcast.retention.keys", kept.keys(), keys -> retention.updateAndGet(of -> of.keys(keys)));
        Setting.set("broadcast.retention.key-bytes", kept.keyBytes(),
                bytes -> retention.updateAndGet(of -> of.keyBytes(bytes.toBytes())));
        Setting.set("broadcast.retention.key-age", kept.keyAge(),
                age -> retention.updateAndGet(of -> of.keyAge(age)));
        return retention.get();
    }
}
