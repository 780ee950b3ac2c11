//! What is selected of linked nodes is gone down beside the links: it ends where the selection does.

pub struct Selection {
    fields: Vec<Field>,
}

pub struct Field {
    name: String,
    selection: Selection,
}

pub struct Node {
    kids: Vec<u64>,
}

pub struct Loader {
    store: Store,
}

impl Loader {
    pub async fn load_selected(&self, nodes: Vec<Node>, selection: &Selection) -> Result<Vec<Node>, Failure> {
        let mut found = Vec::new();
        for field in &selection.fields {
            let kids = self.store.fetch(&nodes, &field.name).await?;
            found.extend(Box::pin(self.load_selected(kids, &field.selection)).await?); // expect: recursion-on-input/strict
        }
        Ok(found)
    }

    pub async fn load_all(&self, nodes: Vec<Node>, name: &str) -> Result<Vec<Node>, Failure> {
        let kids = self.store.fetch(&nodes, name).await?;
        if kids.is_empty() {
            return Ok(nodes);
        }
        Box::pin(self.load_all(kids, name)).await // expect: recursion-on-input
    }
}
