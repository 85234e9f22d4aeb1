package io.techops.broadcast.tyrus.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.tyrus.http.IpAddresses;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 5555);

    private static String clientOf(String header, String... values) {
        ForwardedHeaders proxies = new ForwardedHeaders(List.of(IpAddresses.Block.parse("10.0.0.0/8"),
                IpAddresses.Block.parse("fd00::/8")),
                header);
        return IpAddresses.text(proxies.clientOf(PROXY, Map.of(header, List.of(values))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "203.0.113.7                                | 203.0.113.7",
        "203.0.113.7:4711                           | 203.0.113.7:4711",
        "2001:db8::7                                | [2001:db8:0:0:0:0:0:7]",
        "[2001:db8::7]:4711                         | [2001:db8:0:0:0:0:0:7]:4711",
        "198.51.100.1, 203.0.113.7                  | 203.0.113.7",
        "198.51.100.1, 203.0.113.7, 10.2.3.4        | 203.0.113.7",
        "203.0.113.7,10.2.3.4,fd00::1               | 203.0.113.7",
        "10.9.9.9, 10.2.3.4                         | 10.9.9.9",
        "::ffff:203.0.113.7                         | 203.0.113.7",
        "unknown                                    | 10.0.0.1:5555",
        "203.0.113.7, unknown                       | 10.0.0.1:5555",
        "203.0.113.7, nonsense, 10.2.3.4            | 10.2.3.4",
        "localhost                                  | 10.0.0.1:5555",
        "203.0.113.256                              | 10.0.0.1:5555",
        "203.0.113                                  | 10.0.0.1:5555",
        "0xCB007107                                 | 10.0.0.1:5555",
        "203.0.113.7:99999                          | 10.0.0.1:5555",
    })
    void xForwardedForIsReadFromItsEndAsFarAsItIsTrusted(String value, String client) {
        assertThat(clientOf("X-Forwarded-For", value)).isEqualTo(client);
        assertThat(clientOf("X-Forwarded-For", value.split(","))).as("in many headers").isEqualTo(client);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "for=203.0.113.7                                       | 203.0.113.7",
        "For=203.0.113.7;proto=https;by=10.0.0.1               | 203.0.113.7",
        "proto=https ; for=203.0.113.7                         | 203.0.113.7",
        "for=\"203.0.113.7:4711\"                              | 203.0.113.7:4711",
        "for=\"[2001:db8::7]:4711\"                            | [2001:db8:0:0:0:0:0:7]:4711",
        "for=198.51.100.1, for=203.0.113.7, for=10.2.3.4       | 203.0.113.7",
        "for=203.0.113.7, for=\"_a,for=198.51.100.1\"          | 10.0.0.1:5555",
        "for=203.0.113.7, host=\"a;for=198.51.100.1\"          | 10.0.0.1:5555",
        "for=203.0.113.7, host=\"\\\";for=198.51.100.1\"       | 10.0.0.1:5555",
        "for=unknown                                           | 10.0.0.1:5555",
        "for=_hidden                                           | 10.0.0.1:5555",
        "for=\"203.0.113.7                                     | 10.0.0.1:5555",
        "by=203.0.113.7                                        | 10.0.0.1:5555",
        "for=9.9.9.1;by=\", for=203.0.113.7                    | 203.0.113.7",
        "for=\"9.9.9.1, for=203.0.113.7                        | 203.0.113.7",
        "for=9.9.9.1;by=\"\\, for=203.0.113.7                  | 203.0.113.7",
        "for=9.9.9.1;by=\", for=\"203.0.113.7:4711\"           | 203.0.113.7:4711",
        "for=9.9.9.1;by=a\"b, for=203.0.113.7                  | 203.0.113.7",
        "for=9.9.9.1;by=\", for=203.0.113.7;by=\"x\"           | 203.0.113.7",
        "for=9.9.9.1;by=\", for=203.0.113.7;by=\"\\\"\"         | 203.0.113.7",
        "by=\";for=9.9.9.1;\", for=203.0.113.7                 | 203.0.113.7",
        "for=9.9.9.1;by=\" , for=203.0.113.7;proto=http        | 203.0.113.7",
        "for=9.9.9.1;by=\", for=203.0.113.7, for=10.2.3.4      | 203.0.113.7",
        "for=9.9.9.1, x=\"for=203.0.113.7                      | 10.0.0.1:5555",
        "for=9.9.9.1, nonsense                                 | 10.0.0.1:5555",
        "for=9.9.9.1, for                                      | 10.0.0.1:5555",
        "for=9.9.9.1, for=203.0.113.7 proto=http               | 10.0.0.1:5555",
        "for=9.9.9.1, =203.0.113.7                             | 10.0.0.1:5555",
        "for=203.0.113.7, , ,                                  | 203.0.113.7",
        ";for=203.0.113.7;                                     | 203.0.113.7",
        "for=203.0.113.7:4711                                  | 203.0.113.7:4711",
        "for=[2001:db8::7]:4711                                | [2001:db8:0:0:0:0:0:7]:4711",
    })
    void forwardedIsReadAsRfc7239Says(String value, String client) {
        assertThat(clientOf("Forwarded", value)).isEqualTo(client);
    }

    @Test
    void everyLineOfForwardedIsReadForItself() {
        assertThat(clientOf("Forwarded", "for=9.9.9.1;by=\"", "for=203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(clientOf("Forwarded", "for=\"9.9.9.1", "for=203.0.113.7")).isEqualTo("203.0.113.7");
        assertThat(clientOf("Forwarded", "for=9.9.9.1;by=\"\\", "for=\"203.0.113.7\"")).isEqualTo("203.0.113.7");
        assertThat(clientOf("Forwarded", "for=203.0.113.7", "for=10.2.3.4")).isEqualTo("203.0.113.7");
        assertThat(clientOf("Forwarded", "for=203.0.113.7", "")).isEqualTo("203.0.113.7");
        assertThat(clientOf("Forwarded", "for=9.9.9.1", "\"", "for=10.2.3.4")).isEqualTo("10.2.3.4");
    }

    @Test
    void withoutTheHeaderTheClientIsTheProxy() {
        assertThat(clientOf("X-Real-IP")).isEqualTo("10.0.0.1:5555");
    }

    @Test
    void whoIsNotTrustedIsNotBelieved() {
        ForwardedHeaders nobody = new ForwardedHeaders(List.of(), "X-Forwarded-For");
        assertThat(nobody.clientOf(PROXY, Map.of("X-Forwarded-For", List.of("203.0.113.7")))).isEqualTo(PROXY);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false", "10.0.0.0/9, 10.127.0.1, true",
        "10.0.0.0/9, 10.128.0.1, false", "0.0.0.0/0, 203.0.113.7, true", "0.0.0.0/0, ::1, false",
        "192.0.2.1, 192.0.2.1, true", "192.0.2.1, 192.0.2.2, false", "192.0.2.129/32, 192.0.2.1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true", "2001:db8::/33, 2001:db8:8000::1, false", "::1/128, ::1, true"})
    void aBlockHasTheAddressesWithItsFirstBits(String block, String address, boolean contained) {
        assertThat(IpAddresses.Block.parse(block).contains(IpAddresses.parse(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "proxy", "localhost", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129",
        "10.0.0.0/8/8", "[::1]", "10.0.0.1:80", "1.2.3.4.5", "300.0.0.1", "10.0.0.0/+8", ":::"})
    void nothingElseIsABlock(String text) {
        assertThat(IpAddresses.Block.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7, 203.0.113.8, false", "2001:db8::1, 2001:db8::2, true", "2001:db8::1, 2001:db8:0:1::1, false",
        "2001:db8::1, 2001:db8:0:0:ffff:ffff:ffff:ffff, true", "fe80::1, fe80::2, false",
        "::ffff:203.0.113.7, 203.0.113.7, true"})
    void anIpv6AddressCountsByItsNetwork(String one, String other, boolean same) {
        ConnectionLimits limits = new ConnectionLimits(ConnectionLimits.UNLIMITED, 1);
        assertThat(limits.permitFor(IpAddresses.parse(one)).acquire()).isNull();
        ConnectionLimits.Permit second = limits.permitFor(IpAddresses.parse(other));
        assertThat(second.acquire() != null).isEqualTo(same);
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        ConnectionLimits limits = new ConnectionLimits(2, 2);
        List<ConnectionLimits.Permit> both = Arrays.asList(limits.permitFor(PROXY.getAddress()),
                limits.permitFor(PROXY.getAddress()));
        both.forEach(permit -> assertThat(permit.acquire()).isNull());
        both.get(0).release();
        both.get(0).release();
        assertThat(limits.held()).isEqualTo(1);
        ConnectionLimits.Permit refused = limits.permitFor(PROXY.getAddress());
        assertThat(both.get(0).acquire()).isNull();
        assertThat(refused.acquire()).isNotNull();
        refused.release();
        assertThat(limits.held()).isEqualTo(2);
    }
}
