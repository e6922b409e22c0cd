# What OpenFeature's specification asks of a provider, as far as the service's messages carry it. It has the words of
# the specification's own scenarios, so that the same steps run both.
Feature: The provider on a service that evaluates rules

  Background:
    Given a stable provider

  Scenario Outline: A flag's value, variant and reason
    Given a <type>-flag with key "<key>" and a fallback value "<fallback>"
    When the flag was evaluated with details
    Then the resolved details value should be "<value>"
    And the flag key should be "<key>"
    And the variant should be "<variant>"
    And the reason should be "STATIC"

    Examples:
      | key               | type    | fallback | value | variant  |
      | boolean-flag      | Boolean | false    | true  | on       |
      | boolean-zero-flag | Boolean | true     | false | zero     |
      | string-flag       | String  | bye      | hi    | greeting |
      | string-zero-flag  | String  | hi       |       | zero     |
      | integer-flag      | Integer | 1        | 10    | ten      |
      | float-flag        | Float   | 0.1      | 0.5   | half     |
      | object-zero-flag  | Object  | {"a": 1} | {}    | zero     |

  Scenario Outline: A flag that is switched off
    Given a <type>-flag with key "<key>" and a fallback value "<fallback>"
    When the flag was evaluated with details
    Then the resolved details value should be "<fallback>"
    And the reason should be "DISABLED"

    Examples:
      | key                   | type    | fallback |
      | boolean-disabled-flag | Boolean | false    |
      | string-disabled-flag  | String  | bye      |
      | object-disabled-flag  | Object  | {"a": 1} |

  Scenario Outline: A rule decides by what the token says, and nobody gets another answer
    Given a String-flag with key "complex-targeted" and a fallback value "none"
    And a context containing a key "email", with type "String" and with value "<email>"
    And a context containing a key "age", with type "Integer" and with value "65"
    And a context containing a key "customer", with type "Boolean" and with value "false"
    When the flag was evaluated with details
    Then the resolved details value should be "<value>"
    And the resolved flag value is "EXTERNAL" when the context is empty

    Examples:
      | email                  | value    |
      | ballmer@macrosoft.com  | INTERNAL |
      | somebody@macrosoft.com | EXTERNAL |

  Scenario Outline: A flag that is not there, or has another type
    Given a <type>-flag with key "<key>" and a fallback value "<fallback>"
    When the flag was evaluated with details
    Then the resolved details value should be "<fallback>"
    And the reason should be "ERROR"
    And the error-code should be "<code>"

    Examples:
      | key          | type    | fallback | code           |
      | missing      | Boolean | true     | FLAG_NOT_FOUND |
      | missing      | Object  | {"a": 1} | FLAG_NOT_FOUND |
      | string-flag  | Boolean | true     | TYPE_MISMATCH  |
      | boolean-flag | String  | bye      | TYPE_MISMATCH  |
      | boolean-flag | Integer | 1        | TYPE_MISMATCH  |
      | wrong-flag   | Float   | 0.1      | TYPE_MISMATCH  |

  Scenario: A flag's metadata
    Given a Boolean-flag with key "metadata-flag" and a fallback value "false"
    When the flag was evaluated with details
    Then the resolved metadata should contain
      | key     | metadata_type | value |
      | string  | String        | 1.0.2 |
      | integer | Integer       | 2     |
      | boolean | Boolean       | true  |

  Scenario: A flag without metadata
    Given a Boolean-flag with key "boolean-flag" and a fallback value "false"
    When the flag was evaluated with details
    Then the resolved metadata has nothing but the toggle's id and name

  Scenario: Hooks get the details
    Given a client with added hook
    And a Boolean-flag with key "boolean-flag" and a fallback value "false"
    When the flag was evaluated with details
    Then the "before" hook should have been executed
    And the "after, finally" hooks should be called with evaluation details
      | data_type | key        | value        |
      | string    | flag_key   | boolean-flag |
      | boolean   | value      | true         |
      | string    | variant    | on           |
      | string    | reason     | STATIC       |
      | string    | error_code | null         |

  Scenario Outline: The provider's status
    Given a <state> provider
    Then the provider status should be "<status>"

    Examples:
      | state     | status    |
      | stable    | READY     |
      | not ready | NOT_READY |
      | error     | ERROR     |
      | stale     | STALE     |

  Scenario: Without a state there is the default
    Given a not ready provider
    And a Boolean-flag with key "boolean-flag" and a fallback value "false"
    When the flag was evaluated with details
    Then the resolved details value should be "false"
    And the error-code should be "PROVIDER_NOT_READY"
