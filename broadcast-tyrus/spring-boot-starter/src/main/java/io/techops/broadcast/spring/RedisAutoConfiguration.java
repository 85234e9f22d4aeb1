package io.techops.broadcast.spring;

import io.techops.broadcast.Backplane;
import io.techops.broadcast.redis.RedisBackplane;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Defines the backplane on Redis, if {@code broadcast-redis} is on the class path, and {@code broadcast.redis} or
 * {@code spring.data.redis} gives the address of Redis. A backplane that is a bean of the application replaces it.
 */
@AutoConfiguration(before = BroadcastAutoConfiguration.class)
@ConditionalOnClass(RedisBackplane.class)
@Conditional(RedisAutoConfiguration.Wanted.class)
@EnableConfigurationProperties(RedisProperties.class)
public class RedisAutoConfiguration {

    /** Whether Redis is the backplane. */
    static final class Wanted implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            return environment.getProperty("broadcast.enabled", Boolean.class, true)
                    && environment.getProperty("broadcast.redis.enabled", Boolean.class,
                            RedisAbsent.isNamed(environment) || RedisAddress.of(environment).isKnown());
        }
    }

    RedisAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(Backplane.class)
    RedisBackplane broadcastBackplane(RedisProperties properties, Environment environment,
            ObjectProvider<SslBundles> bundles) {
        if (properties.uri() != null && !properties.cluster().isEmpty()) {
            throw new IllegalStateException(
                    "broadcast.redis.uri and broadcast.redis.cluster exclude each other: set one of them");
        }
        RedisBackplane.Builder redis = RedisBackplane.builder();
        List<String> uris;
        String bundle = null;
        if (properties.uri() != null) {
            Setting.set("broadcast.redis.uri", properties.uri(), redis::uri);
            uris = List.of(properties.uri());
        } else if (!properties.cluster().isEmpty()) {
            Setting.set("broadcast.redis.cluster", properties.cluster(),
                    seeds -> redis.cluster(seeds.toArray(String[]::new)));
            uris = properties.cluster();
        } else {
            RedisAddress address = RedisAddress.of(environment);
            uris = set(redis, address);
            bundle = address.sslBundle();
        }
        if (properties.sslBundle() != null) {
            encrypt(redis, "broadcast.redis.ssl-bundle", properties.sslBundle(), uris, bundles);
        } else if (bundle != null) {
            encrypt(redis, "spring.data.redis.ssl.bundle", bundle, uris, bundles);
        }
        Setting.set("broadcast.redis.prefix", properties.prefix(), redis::prefix);
        RedisProperties.Kept kept = properties.retention();
        Setting.set("broadcast.redis.retention.messages", kept.messages(), redis::retentionMessages);
        Setting.set("broadcast.redis.retention.bytes", kept.bytes().toBytes(), redis::retentionBytes);
        Setting.set("broadcast.redis.retention.age", kept.age(), redis::retentionAge);
        Setting.set("broadcast.redis.expiry", properties.expiry(), redis::expiry);
        Setting.set("broadcast.redis.timeout", properties.timeout(), redis::timeout);
        Setting.set("broadcast.redis.poll-interval", properties.pollInterval(), redis::pollInterval);
        return redis.build();
    }

    /** Sets the address and its other properties. {@return the URIs of Redis} */
    private static List<String> set(RedisBackplane.Builder redis, RedisAddress address) {
        List<String> seeds = address.seeds().toList();
        if (seeds.isEmpty()) {
            Setting.set("spring.data.redis", address.uri(), redis::uri);
        } else {
            Setting.set("spring.data.redis.cluster.nodes", seeds.toArray(String[]::new), redis::cluster);
        }
        if (address.url() == null) {
            Setting.set("spring.data.redis.password", address.password(),
                    password -> redis.credentials(address.username(), password));
        }
        if (address.uri().contains("-sentinel:")) {
            Setting.set("spring.data.redis.sentinel.password", address.sentinel().password(), redis::sentinelPassword);
        }
        Setting.set("spring.data.redis.timeout", address.timeout(), redis::timeout);
        Setting.set("spring.data.redis.client-name", address.clientName(), redis::clientName);
        return seeds.isEmpty() ? List.of(address.uri()) : seeds;
    }

    private static void encrypt(RedisBackplane.Builder redis, String property, String name, List<String> uris,
            ObjectProvider<SslBundles> bundles) {
        if (!uris.stream().allMatch(uri -> uri.startsWith("rediss"))) {
            throw new IllegalArgumentException(property + " needs URIs that begin with rediss: " + name);
        }
        SslBundle bundle = bundles.getObject().getBundle(name);
        SslManagerBundle managers = bundle.getManagers();
        redis.tls(managers.getKeyManagerFactory(), managers.getTrustManagerFactory(), new SSLParameters(
                bundle.getOptions().getCiphers(), bundle.getOptions().getEnabledProtocols()));
    }
}
