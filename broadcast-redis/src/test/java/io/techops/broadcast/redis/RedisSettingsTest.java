package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.techops.broadcast.testing.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a backplane cannot be built with. */
class RedisSettingsTest {

    private static Arguments bad(String message, Consumer<RedisBackplane.Builder> setting) {
        return Arguments.of(message, setting);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad("retentionMessages must be at least 1: 0", b -> b.retentionMessages(0)),
                bad("retentionBytes must be at least 1024: 1023", b -> b.retentionBytes(1_023)),
                bad("retentionAge must be at least PT1S: PT0.999S", b -> b.retentionAge(Duration.ofMillis(999))),
                bad("expiry must be at least PT1M: PT59S", b -> b.expiry(Duration.ofSeconds(59))),
                bad("timeout must be at least PT0.1S: PT0.099S", b -> b.timeout(Duration.ofMillis(99))),
                bad("pollInterval must be at least PT0.1S: PT0S", b -> b.pollInterval(Duration.ZERO)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void aBadValueIsRefusedAtOnceWithNameRuleAndValue(String message, Consumer<RedisBackplane.Builder> setting) {
        assertThatIllegalArgumentException().isThrownBy(() -> setting.accept(RedisBackplane.builder()))
                .withMessage(message);
    }

    @Test
    void whatIsSetForTlsOrSentinelsIsRefusedWithoutThem(@TempDir Path folder) throws Exception {
        Path keys = Tls.keyStore(folder, "only for tests");
        Tls.writePem(keys, "only for tests", folder);
        Path certificate = folder.resolve("cert.pem");
        RedisBackplane.Builder trusting = RedisBackplane.builder().trustedCertificates(certificate);
        assertThatIllegalStateException().isThrownBy(trusting::build).withMessage("trustedCertificates needs URIs that "
                + "begin with rediss: the connection would not be encrypted");
        trusting.cluster("rediss://127.0.0.1:1", "redis://127.0.0.1:1");
        assertThatIllegalStateException().isThrownBy(trusting::build)
                .withMessageStartingWith("trustedCertificates needs");
        assertThatIllegalStateException().isThrownBy(RedisBackplane.builder()
                .clientCertificate(certificate, folder.resolve("key.pem"))::connect)
                .withMessageStartingWith("clientCertificate needs URIs that begin with rediss");
        assertThatIllegalStateException().isThrownBy(RedisBackplane.builder().sentinelPassword("s3cret")::build)
                .withMessage("sentinelPassword needs a uri that begins with redis-sentinel");
        RedisBackplane.builder().uri("redis-sentinel://127.0.0.1:1#m").sentinelPassword("s3cret").build().close();
        trusting.uri("rediss-sentinel://127.0.0.1:1#m").build().close();
    }
}
