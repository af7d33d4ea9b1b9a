package io.github.gracefulshutdown.autoconfigure;

import java.util.HashMap;
import java.util.Map;

import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.MapPropertySource;

/** An environment that has what a test sets, and nothing of the machine. */
final class PlainEnvironment extends AbstractEnvironment {

	private final Map<String, Object> properties = new HashMap<>();

	PlainEnvironment() {
		getPropertySources().addLast(new MapPropertySource("test", this.properties));
	}

	void set(String name, String value) {
		this.properties.put(name, value);
	}

}
