//! The desired state: resources, with the references between them as edges.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde_json::{Value, json};

use super::tags::{IgnoredTags, KEYS_TAG, record_of_keys};
use super::{
    Address, Attribute, Expression, Owner, Pseudo, Quota, Resource, ResourceType, Scope, Service,
    StackName, Tags, Text, fingerprint,
};

/// The property that names the Region of a resource of [`Scope::Stated`].
const STATED_REGION: &str = "Region";

/// The desired state of a system.
///
/// # Guarantees
/// A resource refers only to resources that were added before it, since a reference is made from
/// the [`Handle`] that adding returned: dangling references and cycles are impossible.
#[derive(Debug)]
pub struct Graph {
    system: String,
    tags: Tags,
    ignored_tags: IgnoredTags,
    nodes: BTreeMap<Address, Node>,
    order: Vec<Address>,
    outputs: BTreeMap<StackName, BTreeMap<String, Text>>,
    stacks: BTreeSet<StackName>,
    quotas: BTreeMap<&'static str, usize>,
    former: BTreeSet<(StackName, &'static str)>,
}

/// One desired resource.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// Its desired properties, with deferred text as intrinsic functions.
    pub properties: Value,
    /// The resources that it refers to.
    pub dependencies: BTreeSet<Address>,
    /// The owner, still without an id and a Region.
    owner: Owner,
    /// The tags of the description.
    tags: Tags,
    ignored_tags: IgnoredTags,
}

impl Node {
    /// The short hash of the desired properties and tags, with references by address.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.owner.fingerprint
    }

    /// The Region in which it is, if that is not the system's.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        match self.resource_type.scope {
            Scope::Stated => self.properties.get(STATED_REGION)?.as_str(),
            Scope::Regional | Scope::Account => None,
        }
    }

    /// The owner to record, for a system with an id in a Region; `None` as far as that is not known.
    #[must_use]
    pub fn owner(&self, id: Option<&str>, region: Option<&str>) -> Owner {
        let recorded = region.filter(|_| self.is_account_wide());
        Owner {
            id: id.map(str::to_owned),
            region: recorded.map(str::to_owned),
            ..self.owner.clone()
        }
    }

    /// Whether it is in a namespace of the account: systems of one name in different Regions meet there.
    #[must_use]
    pub fn is_account_wide(&self) -> bool {
        self.resource_type.scope == Scope::Account || self.region().is_some()
    }

    /// The tags it should carry, the owner's included: see [`Self::owner`].
    #[must_use]
    pub fn tags(&self, id: Option<&str>, region: Option<&str>) -> Tags {
        let mut tags = self.tags.clone();
        if !tags.is_empty() {
            tags.insert(KEYS_TAG.to_owned(), record_of_keys(&self.tags));
        }
        tags.extend(self.owner(id, region).tags());
        tags
    }

    /// The tags that the description leaves to others.
    #[must_use]
    pub fn ignored_tags(&self) -> &IgnoredTags {
        &self.ignored_tags
    }
}

impl Graph {
    /// An empty system with tags that each of its resources carries.
    pub fn new(system: impl Into<String>, tags: Tags) -> Self {
        Self {
            system: system.into(),
            tags,
            ignored_tags: IgnoredTags::default(),
            nodes: BTreeMap::new(),
            order: Vec::new(),
            outputs: BTreeMap::new(),
            stacks: BTreeSet::new(),
            quotas: BTreeMap::new(),
            former: BTreeSet::new(),
        }
    }

    /// The stacks that cannot stand in a Region, each with the services that are not there.
    #[must_use]
    pub fn out_of_place(&self, region: &str) -> BTreeMap<StackName, BTreeSet<&'static Service>> {
        let mut stacks = BTreeMap::<StackName, BTreeSet<_>>::new();
        let absent = |node: &&Node| !node.resource_type.service.is_in(region);
        for node in self.nodes().filter(absent) {
            let services = stacks.entry(node.address.stack().clone()).or_default();
            services.insert(node.resource_type.service);
        }
        stacks
    }

    /// Leaves tags to others, on each resource that is added from here on.
    pub fn ignore_tags(&mut self, ignored: IgnoredTags) {
        self.ignored_tags = ignored;
    }

    /// States the value that a quota has in the account.
    pub fn set_quota(&mut self, quota: Quota, value: usize) {
        self.quotas.insert(quota.code, value);
    }

    /// The value that a quota has in the account, as far as it was stated; otherwise its default.
    #[must_use]
    pub fn quota(&self, quota: Quota) -> usize {
        self.quotas
            .get(quota.code)
            .copied()
            .unwrap_or(quota.default)
    }

    /// Begins a stack.
    pub fn stack(&mut self, name: StackName) -> StackBuilder<'_> {
        self.stacks.insert(name.clone());
        StackBuilder {
            graph: self,
            stack: name,
        }
    }

    /// The system's name.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// The tags of the description.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// The stacks, by name.
    #[must_use]
    pub fn stacks(&self) -> &BTreeSet<StackName> {
        &self.stacks
    }

    /// The stacks with the types, by their names, of which an earlier description may have left resources
    /// there: see [`StackBuilder::may_have_had`].
    pub fn former(&self) -> impl Iterator<Item = (&StackName, &'static str)> {
        self.former.iter().map(|(stack, name)| (stack, *name))
    }

    /// The resources, each after those that it refers to.
    #[must_use]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.order
            .iter()
            .filter_map(|address| self.nodes.get(address))
    }

    /// The resource at an address.
    #[must_use]
    pub fn node(&self, address: &Address) -> Option<&Node> {
        self.nodes.get(address)
    }

    /// The outputs of each stack, available once it exists.
    #[must_use]
    pub fn outputs(&self) -> &BTreeMap<StackName, BTreeMap<String, Text>> {
        &self.outputs
    }
}

/// The physical name of a resource: `SYSTEM-STACK-NAME`.
#[must_use]
pub fn physical_name(system: &str, stack: &StackName, name: &str) -> String {
    format!("{}-{name}", physical_prefix(system, stack))
}

/// The prefix of the physical names of a stack: `SYSTEM-STACK`.
#[must_use]
pub fn physical_prefix(system: &str, stack: &StackName) -> String {
    format!("{system}-{}", stack.as_str().replace('/', "-"))
}

/// Adds resources to one stack.
#[derive(Debug)]
pub struct StackBuilder<'g> {
    graph: &'g mut Graph,
    stack: StackName,
}

impl StackBuilder<'_> {
    /// The physical name of a resource of this stack: `SYSTEM-STACK-NAME`.
    #[must_use]
    pub fn physical_name(&self, name: &str) -> String {
        physical_name(&self.graph.system, &self.stack, name)
    }

    /// The prefix of the physical names of this stack: `SYSTEM-STACK`.
    #[must_use]
    pub fn physical_prefix(&self) -> String {
        physical_prefix(&self.graph.system, &self.stack)
    }

    /// The physical name of a resource that is in a namespace of the account
    /// ([`Node::is_account_wide`]): `SYSTEM-STACK-NAME-REGION`.
    #[must_use]
    pub fn account_wide_name(&self, name: &str) -> Text {
        let name = self.physical_name(name) + "-";
        Text::concat([Text::from(name), Pseudo::Region.into()])
    }

    /// States that an earlier description may have had resources of a type in the stack: what is left of
    /// them is looked for whenever the stack is selected, though it contains none.
    pub fn may_have_had<R: Resource>(&mut self) {
        let former = (self.stack.clone(), R::TYPE.name);
        self.graph.former.insert(former);
    }

    /// Adds a resource. Resources that refer to it take its attributes from the handle.
    ///
    /// # Panics
    /// If the stack already contains a resource with that name, or the properties do not serialise:
    /// bugs in a stack's code, which its snapshot test shows.
    pub fn add<R: Resource>(&mut self, name: &str, properties: R) -> Handle<R> {
        self.add_after(name, properties, &BTreeSet::new())
    }

    /// As [`Self::add`], for a resource that AWS accepts only after others that none of its
    /// properties refers to, like CloudFormation's `DependsOn`.
    ///
    /// # Panics
    /// As [`Self::add`].
    #[allow(clippy::needless_pass_by_value)] // a stack builds each struct in place
    pub fn add_after<R: Resource>(
        &mut self,
        name: &str,
        properties: R,
        others: &BTreeSet<Address>,
    ) -> Handle<R> {
        let address = Address::new(self.stack.clone(), name);
        let properties = serde_json::to_value(&properties)
            .unwrap_or_else(|error| panic!("{address} serialises: {error}"));
        let dependencies = &references(&properties) | others;
        let (owner, tags) = self.ownership(R::TYPE, &address, &properties);
        let node = Node {
            address: address.clone(),
            resource_type: R::TYPE,
            properties,
            dependencies,
            owner,
            tags,
            ignored_tags: self.graph.ignored_tags.clone(),
        };
        assert!(
            self.graph.nodes.insert(address.clone(), node).is_none(),
            "{address} is added once"
        );
        self.graph.order.push(address.clone());
        Handle {
            address,
            properties: PhantomData,
        }
    }

    /// The fingerprint of a desired resource: changes when its description does.
    #[must_use]
    pub fn content<R>(&self, resource: &Handle<R>) -> Text {
        Text::from(
            self.graph
                .nodes
                .get(&resource.address)
                .map_or("", Node::fingerprint),
        )
    }

    /// Adds an output, available once the stack exists.
    pub fn output(&mut self, name: &str, value: Text) {
        self.graph
            .outputs
            .entry(self.stack.clone())
            .or_default()
            .insert(name.to_owned(), value);
    }

    /// The owner to record, and the tags of the description. A resource that AWS cannot tag has none.
    ///
    /// The fingerprint includes the system's tags; otherwise a tag that the description adds would
    /// count as drift.
    fn ownership(&self, of: &ResourceType, address: &Address, properties: &Value) -> (Owner, Tags) {
        let tags = if of.taggable {
            self.graph.tags.clone()
        } else {
            Tags::new()
        };
        let applied = if tags.is_empty() {
            properties.clone()
        } else {
            json!([properties, tags])
        };
        let owner = Owner {
            system: self.graph.system.clone(),
            id: None,
            region: None,
            address: address.clone(),
            fingerprint: fingerprint(&applied),
        };
        (owner, tags)
    }
}

/// A resource that was added: the source of references to it.
#[derive(Clone, Debug)]
pub struct Handle<R> {
    address: Address,
    properties: PhantomData<R>,
}

impl<R> Handle<R> {
    /// The resource's address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A reference to an attribute of the resource.
    pub(crate) fn attribute(&self, attribute: Attribute<R>) -> Text {
        Text::Deferred(Expression::Attribute(
            self.address.clone(),
            attribute.name.to_owned(),
        ))
    }
}

/// The addresses that a JSON value refers to.
#[must_use]
pub fn references(value: &Value) -> BTreeSet<Address> {
    let mut found = BTreeSet::new();
    collect_references(value, &mut found);
    found
}

/// The environment variables with the secrets that a JSON value contains.
#[must_use]
pub fn secrets(value: &Value) -> BTreeSet<String> {
    if let Some(Expression::Secret(variable)) = Expression::from_json(value) {
        return BTreeSet::from([variable]);
    }
    match value {
        Value::Array(items) => items.iter().flat_map(secrets).collect(),
        Value::Object(members) => members.values().flat_map(secrets).collect(),
        _ => BTreeSet::new(),
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<Address>) {
    if let Some(expression) = Expression::from_json(value) {
        Text::Deferred(expression).references(&mut |address| {
            found.insert(address.clone());
        });
        return;
    }
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        Value::Object(members) => members
            .values()
            .for_each(|member| collect_references(member, found)),
        _ => {}
    }
}

impl Expression {
    /// The expression that a JSON value represents, if any.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let members = value.as_object().filter(|members| members.len() == 1)?;
        let name = members.keys().next()?;
        let intrinsic = name.starts_with("Fn::") || name == "Ref" || name.starts_with("Frontage::");
        if intrinsic {
            serde_json::from_value(value.clone()).ok()
        } else {
            None
        }
    }
}
